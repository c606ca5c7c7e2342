// Package a is described at https://a.example/1.
//go:generate curl https://a.example/2
var s = `// https://a.example/no
\` // https://a.example/3
var r = '"' // https://a.example/4
