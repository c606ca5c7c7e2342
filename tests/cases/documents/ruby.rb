# frozen_string_literal: true https://a.example/1
=begin
https://a.example/2
=end
x = "#{a} # https://a.example/no" # https://a.example/3
y = <<~EOS
  # https://a.example/no
EOS
list << "a" # https://a.example/4
