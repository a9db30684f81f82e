--- Workflows of wfc in Neovim: the language server, and commands to run and to test.
--- Works from 0.7 on; with 0.11 and newer `lsp/wfc.lua` is the same configuration for `vim.lsp.enable('wfc')`.

local M = {}

M.config = {
  --- The server's command line.
  cmd = { 'wfc', 'lsp' },
  --- The program that commands run.
  program = 'wfc',
  --- The section `wfc` of the server's settings.
  settings = {
    inlayHints = { enable = true },
    codeLens = { enable = true },
    inlineValues = { enable = true },
  },
  --- Whether files of the language start the server.
  autostart = true,
  --- Called with the client and the buffer.
  on_attach = nil,
  --- The client's capabilities; those of a completion plugin, say.
  capabilities = nil,
}

local ROOT = { 'wfc.toml', '.git' }

--- Whether a file is a workflow or holds tests of one.
function M.is_workflow(name)
  name = vim.fn.fnamemodify(name, ':t')
  for _, ending in ipairs({ '%.wf', '%.wf%.ya?ml', '%.wf%.json', '%.wf%.test%.ya?ml', '%.wf%.test%.json' }) do
    if name:match('.' .. ending .. '$') then
      return true
    end
  end
  return false
end

--- The folder that a file's settings are looked for in.
function M.root(name)
  local folder = vim.fn.fnamemodify(name, ':p:h')
  local at = folder
  while true do
    for _, marker in ipairs(ROOT) do
      local path = at .. '/' .. marker
      if vim.fn.filereadable(path) == 1 or vim.fn.isdirectory(path) == 1 then
        return at
      end
    end
    local above = vim.fn.fnamemodify(at, ':h')
    if above == at then
      return folder
    end
    at = above
  end
end

--- What the server is told at its start, and where.
function M.client(name)
  local root = M.root(name)
  return {
    name = 'wfc',
    cmd = M.config.cmd,
    cmd_cwd = root,
    root_dir = root,
    settings = { wfc = M.config.settings },
    init_options = M.config.settings,
    capabilities = M.config.capabilities,
    on_attach = M.config.on_attach,
  }
end

local clients = {}

--- Starts the server for a buffer, or attaches the one that runs for its folder.
function M.start(buffer)
  buffer = (buffer == nil or buffer == 0) and vim.api.nvim_get_current_buf() or buffer
  local name = vim.api.nvim_buf_get_name(buffer)
  if name == '' or not M.is_workflow(name) then
    return nil
  end
  local config = M.client(name)
  if vim.fn.executable(config.cmd[1]) == 0 then
    vim.notify_once('wfc: `' .. config.cmd[1] .. '` is not there: set `cmd` in require("wfc").setup', vim.log.levels.WARN)
    return nil
  end
  if vim.lsp.start then
    return vim.lsp.start(config, { bufnr = buffer })
  end
  -- Before 0.8: one client a folder, as `vim.lsp.start` keeps them.
  local id = clients[config.root_dir]
  if not id or not vim.lsp.get_client_by_id(id) then
    config.capabilities = config.capabilities or vim.lsp.protocol.make_client_capabilities()
    id = vim.lsp.start_client(config)
    clients[config.root_dir] = id
  end
  if id then
    vim.lsp.buf_attach_client(buffer, id)
  end
  return id
end

local function file_of(argument)
  if argument and argument ~= '' then
    return argument:match('^%a+://') and vim.uri_to_fname(argument) or argument
  end
  return vim.api.nvim_buf_get_name(0)
end

--- Runs the program in a terminal below.
local function terminal(arguments)
  vim.cmd('botright new')
  vim.fn.termopen(vim.list_extend({ M.config.program }, arguments))
  vim.cmd('startinsert')
end

local function save(file)
  local buffer = vim.fn.bufnr(file)
  if buffer > 0 and vim.fn.getbufvar(buffer, '&modified') == 1 then
    vim.api.nvim_buf_call(buffer, function()
      vim.cmd('silent write')
    end)
  end
end

function M.run(file, more)
  file = file_of(file)
  save(file)
  terminal(vim.list_extend({ 'run', file }, more or {}))
end

function M.dry_run(file, more)
  file = file_of(file)
  save(file)
  terminal(vim.list_extend({ 'run', '--dry', file }, more or {}))
end

--- The file of tests beside a workflow; the file itself when it holds tests.
function M.tests_of(file)
  if file:match('%.wf%.test%.ya?ml$') or file:match('%.wf%.test%.json$') then
    return file
  end
  local stem = file:gsub('%.ya?ml$', ''):gsub('%.json$', ''):gsub('%.wf$', '')
  for _, ending in ipairs({ '.wf.test.yaml', '.wf.test.yml', '.wf.test.json' }) do
    if vim.fn.filereadable(stem .. ending) == 1 then
      return stem .. ending
    end
  end
  return nil
end

function M.test(file, name)
  file = file_of(file)
  local tests = M.tests_of(file)
  if not tests then
    vim.notify('wfc: there are no tests beside ' .. vim.fn.fnamemodify(file, ':t'))
    return
  end
  save(file)
  save(tests)
  terminal(name and { 'test', tests, '--filter', name } or { 'test', tests })
end

--- Writes the graph as SVG and opens it with the system's viewer.
function M.graph(file)
  file = file_of(file)
  save(file)
  local out = vim.fn.tempname() .. '.svg'
  local said = vim.fn.system({ M.config.program, 'graph', '--format', 'svg', '--output', out, file })
  if vim.v.shell_error ~= 0 then
    vim.notify(said, vim.log.levels.ERROR)
    return nil
  end
  if vim.ui.open then
    vim.ui.open(out)
  else
    vim.notify('wfc: the graph is in ' .. out)
  end
  return out
end

--- Compiles the tree-sitter parser from `editors/tree-sitter-wf` into a folder of 'runtimepath'.
function M.build_parser(source, target)
  local here = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h:h:h')
  source = source or (here .. '/../tree-sitter-wf')
  target = target or (here .. '/parser')
  vim.fn.mkdir(target, 'p')
  local files = { source .. '/src/parser.c', source .. '/src/scanner.c' }
  local command = { 'cc', '-O2', '-shared', '-fPIC', '-I' .. source .. '/src', '-o', target .. '/wf.so' }
  local said = vim.fn.system(vim.list_extend(command, files))
  if vim.v.shell_error ~= 0 then
    error('wfc: the parser cannot be compiled: ' .. said)
  end
  return target .. '/wf.so'
end

--- Commands that the server's code lenses name.
function M.register_commands()
  local actions = {
    ['wfc.run'] = M.run,
    ['wfc.dryRun'] = M.dry_run,
    ['wfc.test'] = M.test,
    ['wfc.showGraph'] = M.graph,
    ['wfc.open'] = function(uri)
      vim.cmd('edit ' .. vim.fn.fnameescape(vim.uri_to_fname(uri)))
    end,
    ['wfc.showReferences'] = function(_, _, locations)
      vim.fn.setqflist({}, ' ', { title = 'References', items = vim.lsp.util.locations_to_items(locations, 'utf-16') })
      vim.cmd('botright copen')
    end,
  }
  for name, action in pairs(actions) do
    vim.lsp.commands[name] = function(command)
      local unpacked = command.arguments or {}
      action(unpacked[1], unpacked[2], unpacked[3])
    end
  end
end

--- Settings of your own; all fields may be left out.
function M.setup(options)
  M.config = vim.tbl_deep_extend('force', M.config, options or {})
  if options and options.cmd and not options.program then
    M.config.program = options.cmd[1]
  end
end

return M
