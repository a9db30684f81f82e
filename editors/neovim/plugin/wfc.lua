if vim.g.loaded_wfc then
  return
end
vim.g.loaded_wfc = true

local wfc = require('wfc')
wfc.register_commands()

local group = vim.api.nvim_create_augroup('wfc', { clear = true })
vim.api.nvim_create_autocmd('FileType', {
  group = group,
  pattern = { 'wf', 'yaml', 'json' },
  callback = function(event)
    -- With `vim.lsp.enable('wfc')` the editor starts it itself.
    local enabled = vim.lsp.is_enabled and vim.lsp.is_enabled('wfc')
    if wfc.config.autostart and not enabled then
      wfc.start(event.buf)
    end
  end,
})

local function command(name, action, description)
  vim.api.nvim_create_user_command(name, function(given)
    action(nil, #given.fargs > 0 and given.fargs or nil)
  end, { nargs = '*', desc = description })
end

command('WfcRun', wfc.run, 'Runs the workflow; arguments go to `wfc run`')
command('WfcDryRun', wfc.dry_run, 'Shows the path of the workflow without carrying anything out')
vim.api.nvim_create_user_command('WfcTest', function(given)
  wfc.test(nil, given.args ~= '' and given.args or nil)
end, { nargs = '?', desc = 'Runs the tests beside the workflow; a name chooses one' })
vim.api.nvim_create_user_command('WfcGraph', function()
  wfc.graph()
end, { desc = 'Draws the workflow' })
vim.api.nvim_create_user_command('WfcBuildParser', function()
  vim.notify('wfc: ' .. wfc.build_parser())
end, { desc = 'Compiles the tree-sitter parser' })
