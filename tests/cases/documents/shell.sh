#!/bin/sh
# https://a.example/1
curl "https://a.example/no#x" https://a.example/no#y # https://a.example/2
echo ${#x} $# 'it # https://a.example/no' \' # https://a.example/3
cat <<-'EOF'
	# https://a.example/no don't
	EOF
x=$((1<<N)) # https://a.example/4
echo "several
# https://a.example/no
lines" # https://a.example/5
