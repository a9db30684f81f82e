-- For `vim.lsp.enable('wfc')`, from 0.11 on.
local wfc = require('wfc')

return {
  cmd = wfc.config.cmd,
  filetypes = { 'wf', 'yaml', 'json' },
  -- YAML and JSON that are no workflows are left to others.
  root_dir = function(buffer, found)
    local name = vim.api.nvim_buf_get_name(buffer)
    if name ~= '' and wfc.is_workflow(name) then
      found(wfc.root(name))
    end
  end,
  settings = { wfc = wfc.config.settings },
  init_options = wfc.config.settings,
}
