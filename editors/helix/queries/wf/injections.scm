; Templates within the text are left out: they are read by this grammar.

((comment) @injection.content
  (#set! injection.language "comment"))

(bash_step
  text: (string
    (string_content) @injection.content)
  (#set! injection.language "bash"))

(agent_step
  text: (string
    (string_content) @injection.content)
  (#set! injection.language "markdown"))

(agent_message_step
  text: (string
    (string_content) @injection.content)
  (#set! injection.language "markdown"))

((call
  function: (member
    member: (identifier) @_name)
  arguments: (arguments
    .
    (string
      (string_content) @injection.content)))
  (#eq? @_name "matches")
  (#set! injection.language "regex"))
