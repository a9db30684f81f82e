-- What a person does in Neovim, without the person: opens an example, sees the findings of a slip, has it mended, and
-- renames a step. Run by `neovim.rs`; works from Neovim 0.7 on.

local function fail(message)
  io.stderr:write(message .. "\n")
  vim.cmd("cquit 1")
end

local function wait(what, condition)
  if not vim.wait(60000, condition, 10) then
    fail("waited in vain for " .. what)
  end
end

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
end

-- Row and column, from 0, of the first place of a text.
local function find(wanted)
  for row, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local column = string.find(line, wanted, 1, true)
    if column then
      return row - 1, column - 1
    end
  end
  fail("there is no `" .. wanted .. "`")
end

local function run()
  local client_id = vim.lsp.start_client({
    name = "wfc",
    cmd = { vim.env.WFC_BIN, "lsp" },
    root_dir = vim.env.WFC_ROOT,
  })
  vim.cmd("edit " .. vim.fn.fnameescape(vim.env.WFC_ROOT .. "/" .. vim.env.WFC_FILE))
  vim.lsp.buf_attach_client(0, client_id)
  wait("the server", function()
    local client = vim.lsp.get_client_by_id(client_id)
    return client ~= nil and client.initialized
  end)
  local client = vim.lsp.get_client_by_id(client_id)
  local right = text()
  local uri = vim.uri_from_bufnr(0)

  -- A slip, and what is said of it.
  local row, column = find("review.summary")
  vim.api.nvim_buf_set_text(0, row, column, row, column + 6, { "reveiw" })
  local finding
  wait("the finding", function()
    for _, found in ipairs(vim.diagnostic.get(0)) do
      if found.severity == vim.diagnostic.severity.ERROR then
        finding = found
      end
    end
    return finding ~= nil
  end)
  if finding.lnum ~= row or finding.col ~= column then
    fail("the finding is elsewhere: " .. vim.inspect(finding))
  end
  print("finding: " .. finding.message:gsub("\n.*", ""))

  -- Its fix.
  local range = {
    start = { line = row, character = column },
    ["end"] = { line = row, character = column + 6 },
  }
  local answers = vim.lsp.buf_request_sync(0, "textDocument/codeAction", {
    textDocument = { uri = uri },
    range = range,
    context = { diagnostics = {}, only = { "quickfix" } },
  }, 60000)
  local fix
  for _, action in ipairs(answers[client_id].result) do
    if fix == nil and action.edit ~= nil then
      fix = action
    end
  end
  if fix == nil then
    fail("no fix: " .. vim.inspect(answers))
  end
  print("fix: " .. fix.title)
  vim.lsp.util.apply_workspace_edit(fix.edit, client.offset_encoding)
  if text() ~= right then
    fail("the fix does not mend:\n" .. text())
  end
  wait("the finding's end", function()
    for _, found in ipairs(vim.diagnostic.get(0)) do
      if found.severity == vim.diagnostic.severity.ERROR then
        return false
      end
    end
    return true
  end)

  -- Another name for a step, by the editor's own command.
  row, column = find("review.summary")
  vim.api.nvim_win_set_cursor(0, { row + 1, column + 1 })
  vim.lsp.buf.rename("verdict")
  wait("the new name", function()
    return string.find(text(), "verdict.summary", 1, true) ~= nil
  end)
  if string.find(text(), "review", 1, true) then
    fail("the old name is left:\n" .. text())
  end
  print("renamed")
  vim.cmd("silent write")

  vim.lsp.stop_client(client_id)
  wait("the server's end", function()
    return vim.lsp.get_client_by_id(client_id) == nil
  end)
  vim.cmd("quitall!")
end

local fine, message = pcall(run)
if not fine then
  fail(tostring(message))
end
