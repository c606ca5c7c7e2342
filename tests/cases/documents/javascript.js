/*! Licence https://a.example/1 */
/**
 * @see {@link https://a.example/2 the label} and <a href="https://a.example/3?a=1&amp;b=2">x</a>
 */
const a = 'https://a.example/no'; // https://a.example/4
const b = x.replace(/^https?:\/\//, 'https://a.example/no') // https://a.example/5
const c = `https://a.example/no // https://a.example/no ${a}`; /* https://a.example/6 */
const d = a / b; // https://a.example/7 /
const e = /['"`/]/; // https://a.example/8
const f = [/[/]/, "it's // https://a.example/no"];
