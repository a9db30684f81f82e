[
  (workflow)
  (block)
  (body)
  (switch_step)
  (parallel_step)
  (options)
  (object)
  (list)
  (record_type)
  (arguments)
  (parenthesized_expression)
] @indent

[
  "}"
  "]"
  ")"
] @outdent
