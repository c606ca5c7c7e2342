%% https://a.example/1
f($") -> "% https://a.example/no"; % https://a.example/2
f('it%') -> ok. %% @see <a href="https://a.example/3">x</a>
