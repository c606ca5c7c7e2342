{-https://a.example/1-}
x = 1 -- https://a.example/2-}
