(step) @entry.around

(step
  kind: (_) @entry.inside)

(workflow) @class.around

[
  (block)
  (body)
] @function.inside

(branch
  (block) @function.inside) @function.around

(handler
  (block) @function.inside) @function.around

(arguments
  (_) @parameter.inside)

(pair
  value: (_) @parameter.inside) @parameter.around

(option
  value: (_) @parameter.inside) @parameter.around

(comment) @comment.inside

(comment)+ @comment.around
