export const A = () => <p title="//">https://a.example/no is no code</p>; // https://a.example/1
{/* https://a.example/2 */}
type B = { c: string }; // https://a.example/3
