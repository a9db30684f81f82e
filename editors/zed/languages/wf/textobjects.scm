(workflow) @class.around

(block) @function.inside

(branch) @function.around

(comment)+ @comment.around
