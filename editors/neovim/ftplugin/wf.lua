if vim.b.did_ftplugin then
  return
end
vim.b.did_ftplugin = true

vim.bo.commentstring = '// %s'
vim.bo.comments = 's1:/*,mb:*,ex:*/,://'
vim.bo.expandtab = true
vim.bo.shiftwidth = 2
vim.bo.softtabstop = 2
vim.bo.suffixesadd = '.wf,.wf.yaml,.wf.json'
vim.b.undo_ftplugin = 'setlocal commentstring< comments< expandtab< shiftwidth< softtabstop< suffixesadd<'

-- Colours and folds come from tree-sitter when its parser is there (`:WfcBuildParser`); the queries need 0.9.
if vim.fn.has('nvim-0.9') == 1 and pcall(vim.treesitter.start) then
  vim.wo.foldmethod = 'expr'
  vim.wo.foldexpr = vim.treesitter.foldexpr and 'v:lua.vim.treesitter.foldexpr()' or 'nvim_treesitter#foldexpr()'
  vim.wo.foldlevel = 99
end
