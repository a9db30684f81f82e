-- Neovim, headless, with the plugin of editors/neovim:
--     nvim --headless -u NONE -i NONE -l/-S test/neovim.lua
-- WFC is the program, WF_PARSER the folder that the parser is compiled into, WF_EDITORS this folder's parent.

local editors = vim.env.WF_EDITORS
local work = vim.env.WF_WORK
local failed = false

local function check(what, ok, shown)
  print((ok and 'ok   ' or 'FAIL ') .. what .. (not ok and shown ~= nil and ': ' .. vim.inspect(shown) or ''))
  failed = failed or not ok
end

local function finish()
  vim.cmd(failed and 'cquit 1' or 'qall!')
end

local function guarded(body)
  local ok, fault = xpcall(body, debug.traceback)
  if not ok then
    print('FAIL ' .. fault)
    failed = true
  end
end

local function diagnostics()
  return vim.diagnostic.get(0)
end

vim.opt.runtimepath:prepend(editors .. '/neovim')
vim.opt.runtimepath:append(work)
vim.opt.swapfile = false

guarded(function()
  vim.cmd('filetype plugin on')
  local wfc = require('wfc')
  wfc.setup({ cmd = { (vim.env.WFC or '') ~= '' and vim.env.WFC or 'wfc', 'lsp' } })
  vim.cmd('runtime! ftdetect/wf.lua plugin/wfc.lua')

  check('names of workflows', wfc.is_workflow('/a/b.wf') and wfc.is_workflow('b.wf.yml') and wfc.is_workflow('b.wf.test.json'))
  check('names of other files', not wfc.is_workflow('/a/b.yaml') and not wfc.is_workflow('wf') and not wfc.is_workflow('a.wf.txt'))
  check('tests beside a workflow', wfc.tests_of(editors .. '/../examples/triage.wf') == editors .. '/../examples/triage.wf.test.yaml')

  -- What `vim.lsp.enable` reads, from 0.11 on.
  local enabled = dofile(editors .. '/neovim/lsp/wfc.lua')
  local roots = {}
  for _, name in ipairs({ '/tmp/a.wf', '/tmp/a.wf.yaml', '/tmp/a.yaml' }) do
    local buffer = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(buffer, name)
    enabled.root_dir(buffer, function(root)
      roots[name] = root
    end)
    vim.api.nvim_buf_delete(buffer, { force = true })
  end
  check('the server starts for workflows only', roots['/tmp/a.wf'] and roots['/tmp/a.wf.yaml'] and not roots['/tmp/a.yaml'], roots)

  -- The parser and its queries.
  local library = wfc.build_parser(nil, work .. '/parser')
  check('the parser is compiled', vim.fn.filereadable(library) == 1)
  local parse = vim.treesitter.query and vim.treesitter.query.parse or vim.treesitter.parse_query
  if not parse then
    parse = require('vim.treesitter.query').parse_query
  end
  if vim.treesitter.language and vim.treesitter.language.add then
    vim.treesitter.language.add('wf', { path = library })
  else
    vim.treesitter.require_language('wf', library)
  end
  for _, path in ipairs(vim.fn.glob(editors .. '/neovim/queries/wf/*.scm', false, true)) do
    local text = table.concat(vim.fn.readfile(path), '\n')
    local ok, fault = pcall(parse, 'wf', text)
    check('query ' .. vim.fn.fnamemodify(path, ':t'), ok, fault)
  end

  local whole, files = 0, {}
  for _, folder in ipairs({ '/../examples', '/../tests/suite/valid' }) do
    vim.list_extend(files, vim.fn.glob(editors .. folder .. '/*.wf', false, true))
  end
  for _, path in ipairs(files) do
    local text = table.concat(vim.fn.readfile(path), '\n')
    local tree = vim.treesitter.get_string_parser(text, 'wf'):parse()[1]
    whole = whole + (tree:root():has_error() and 0 or 1)
  end
  check('the trees of ' .. #files .. ' workflows are whole', whole == #files and whole > 20, whole)

  -- A file.
  vim.cmd('edit ' .. vim.fn.fnameescape(editors .. '/../examples/triage.wf'))
  check('the file type', vim.bo.filetype == 'wf', vim.bo.filetype)
  check('comments', vim.bo.commentstring == '// %s', vim.bo.commentstring)
  local tree = vim.treesitter.get_parser(0, 'wf'):parse()[1]
  check('the tree is whole', tree:root():type() == 'source_file' and not tree:root():has_error())
  local names = 0
  local query = parse('wf', table.concat(vim.fn.readfile(editors .. '/neovim/queries/wf/highlights.scm'), '\n'))
  for _ in query:iter_captures(tree:root(), 0, 0, -1) do
    names = names + 1
  end
  check('colours', names > 200, names)

  check('commands', vim.fn.exists(':WfcRun') == 2 and vim.fn.exists(':WfcTest') == 2 and vim.fn.exists(':WfcGraph') == 2)
  check('commands of code lenses', vim.lsp.commands['wfc.run'] ~= nil and vim.lsp.commands['wfc.dryRun'] ~= nil and vim.lsp.commands['wfc.test'] ~= nil)
end)

if (vim.env.WFC or '') == '' then
  print('skip the server: there is no program `wfc`')
  finish()
  return
end

guarded(function()
  local file = work .. '/broken.wf'
  vim.fn.writefile({ 'workflow broken {', '  let x = 1 + missing', '  return x', '}' }, file)
  vim.cmd('edit ' .. vim.fn.fnameescape(file))
  local came = vim.wait(20000, function()
    return #diagnostics() > 0
  end, 50)
  check('problems from the server', came and diagnostics()[1].message:match('missing') ~= nil, diagnostics())

  local yaml = work .. '/broken.wf.yaml'
  vim.fn.writefile({ 'slug: broken', 'steps:', '  - { type: bash, command: "echo {{ missing }}" }' }, yaml)
  vim.cmd('edit ' .. vim.fn.fnameescape(yaml))
  check('problems in YAML', vim.wait(20000, function()
    return #diagnostics() > 0
  end, 50), vim.bo.filetype)

  local other = work .. '/other.yaml'
  vim.fn.writefile({ 'a: "{{ b }}"' }, other)
  vim.cmd('edit ' .. vim.fn.fnameescape(other))
  check('other YAML is left alone', #vim.tbl_keys(vim.lsp.get_clients and vim.lsp.get_clients({ bufnr = 0 }) or vim.lsp.buf_get_clients(0)) == 0)

  vim.cmd('buffer ' .. vim.fn.bufnr(file))
  local params = { textDocument = { uri = vim.uri_from_bufnr(0) }, position = { line = 1, character = 6 } }
  local answers = vim.lsp.buf_request_sync(0, 'textDocument/hover', params, 10000)
  local hover
  for _, answer in pairs(answers or {}) do
    hover = hover or answer.result
  end
  check('hover', hover ~= nil, answers)
  local graph = require('wfc').graph(editors .. '/../examples/triage.wf')
  check('the graph', graph ~= nil and vim.fn.filereadable(graph) == 1, graph)
end)
finish()
