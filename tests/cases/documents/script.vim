" https://a.example/1
let x = "https://a.example/no"
