;; https://a.example/1
(def a \; "https://a.example/no
; https://a.example/no") ; https://a.example/2
