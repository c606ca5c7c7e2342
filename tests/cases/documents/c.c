/* https://a.example/1
 * \see https://a.example/2 */
#include "https://a.example/no"
char q = '"'; // https://a.example/3
char *s = "\"// https://a.example/no";  /// https://a.example/4
int x = a //* https://a.example/5
; /* never closed https://a.example/6
"https://a.example/7"