;;; https://a.example/1
(defvar *a* #\" "; https://a.example/no") ; https://a.example/2
#| https://a.example/3 #| https://a.example/4 |# https://a.example/5 |#
