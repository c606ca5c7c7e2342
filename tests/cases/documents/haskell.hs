{-| Docs: https://a.example/1 {- https://a.example/2 -} https://a.example/3 -}
f' :: Char -> String -- ^ https://a.example/4
f' '"' = "-- https://a.example/no"
