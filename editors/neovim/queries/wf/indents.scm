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
] @indent.begin

(workflow
  "}" @indent.end)

(block
  "}" @indent.end)

(body
  "}" @indent.end)

[
  "}"
  ")"
  "]"
] @indent.branch

; The lines of a string in three quotes are its author's.
(string_content) @indent.auto

(comment) @indent.auto
