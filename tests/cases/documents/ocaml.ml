(** {{:https://a.example/1}the label} (* https://a.example/2 *) *)
let f (x : 'a) = "(* https://a.example/no *)" (* https://a.example/3 *)
