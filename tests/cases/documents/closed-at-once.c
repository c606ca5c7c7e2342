/*https://a.example/1*/ int x; /* https://a.example/2*/
//* https://a.example/3*/
/**https://a.example/*/2
