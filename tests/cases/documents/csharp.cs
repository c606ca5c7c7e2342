/// <summary>See <see href="https://a.example/1?x&amp;y"/>.</summary>
var path = @"C:\"; // https://a.example/2
var url = $"https://a.example/no//{path}"; var raw = """
// https://a.example/no
""";
/// <seealso cref="https://a.example/3">x</seealso>
