// https://a.example/1
source = "https://a.example/no" # https://a.example/2
x = <<-EOT
  # https://a.example/no
EOT
