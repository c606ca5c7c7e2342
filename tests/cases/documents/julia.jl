"""
    f(x)

See <https://a.example/1>.
"""
f(x) = x' # https://a.example/2
#= https://a.example/3 #= https://a.example/4 =# =#
s = """
# https://a.example/no
"""
