defmodule A do
  @moduledoc """
  See [x](https://a.example/1).
  """
  @doc ~S"""
  https://a.example/2
  """
  def f, do: "https://a.example/no # https://a.example/no" # https://a.example/3
  @x """
  # https://a.example/no
  """
end
