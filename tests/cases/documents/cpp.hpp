auto s = R"x(
// https://a.example/no )"
)x"; // https://a.example/1
std::string t{"a" "/* https://a.example/no */"}; //! @see https://a.example/2
