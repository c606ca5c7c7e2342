<#
.LINK
https://a.example/1
#>
$u = "https://a.example/no`" # https://a.example/no" # https://a.example/2
$v = @'
# https://a.example/no
'@
