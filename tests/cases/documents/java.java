/**
 * {@link https://a.example/1}
 * @see <a href='https://a.example/2'>Label</a>
 */
class A { String s = """
  // https://a.example/no
  """; char c = '\''; // https://a.example/3
}
