((workflow
  "workflow" @run) @_workflow
  (#set! tag wfc-workflow))
