/* kotlinlang.org/docs /* https://a.example/1 */ www.a-site.org/x */
val s = "www.a-site.org/no ${a} // https://a.example/no"; val t = """ // https://a.example/no """
// https://a.example/2
