// https://a.example/1
NSString *s = @"% https://a.example/no"; /* https://a.example/2 */
% https://a.example/3
