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
