/// - SeeAlso: https://a.example/1
let s = "// https://a.example/no \"" /* /* https://a.example/2 */ */ // https://a.example/3
