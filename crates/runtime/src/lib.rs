//! Effects carried out: processes, MCP servers, agents, real time.
