! https://a.example/1
print *, 'https://a.example/no ! https://a.example/no' ! https://a.example/2
C     https://a.example/3
call f("!") ! https://a.example/4
