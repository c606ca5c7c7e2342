-- https://a.example/1
SELECT 'it''s -- https://a.example/no', "a--b" /* https://a.example/2 */ FROM t; -- https://a.example/3
