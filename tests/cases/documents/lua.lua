--[==[ https://a.example/1 ]] https://a.example/2 ]==]
local s = [[ -- https://a.example/no ]] -- https://a.example/3
--- @see https://a.example/4
local t = '-- https://a.example/no'
