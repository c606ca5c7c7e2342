//! [Book](https://a.example/1)
/* outer /* https://a.example/2 */ https://a.example/3 */
fn f<'a>(x: &'a str) {} // https://a.example/4
let s = r#"// https://a.example/no " "#; let c = '"'; /// <https://a.example/5>
