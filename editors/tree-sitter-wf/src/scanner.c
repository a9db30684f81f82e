// Strings, their templates, and line breaks: what the grammar's regular tokens cannot tell.

#include "tree_sitter/alloc.h"
#include "tree_sitter/array.h"
#include "tree_sitter/parser.h"

#include <string.h>

enum TokenType {
  STRING_START,
  STRING_CHUNK,
  ESCAPE_SEQUENCE,
  INTERPOLATION_START,
  STRING_END,
  SAME_LINE,
  RECOVERING,
};

// How a string that is open was opened. Bits: its quote is `'`, it has three quotes, it is raw.
enum { SINGLE = 1, TRIPLE = 2, RAW = 4 };

typedef struct {
  // The strings that are open, the innermost last: a template's expression may hold strings of its own.
  Array(uint8_t) open;
} Scanner;

static int32_t quote_of(uint8_t opening) { return opening & SINGLE ? '\'' : '"'; }

static void advance(TSLexer *lexer) { lexer->advance(lexer, false); }

static void skip(TSLexer *lexer) { lexer->advance(lexer, true); }

static bool is_space(int32_t c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f'; }

static bool is_word(int32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_hex(int32_t c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// A string's prefix and quotes. `b` makes bytes, which are a token of their own.
static bool string_start(Scanner *scanner, TSLexer *lexer) {
  uint8_t opening = 0;
  if (lexer->lookahead == 'r' || lexer->lookahead == 'R') {
    opening |= RAW;
    advance(lexer);
  }
  if (lexer->lookahead != '"' && lexer->lookahead != '\'') {
    return false;
  }
  int32_t quote = lexer->lookahead;
  if (quote == '\'') {
    opening |= SINGLE;
  }
  advance(lexer);
  lexer->mark_end(lexer);
  if (lexer->lookahead == quote) {
    advance(lexer);
    if (lexer->lookahead == quote) {
      advance(lexer);
      lexer->mark_end(lexer);
      opening |= TRIPLE;
    }
  }
  array_push(&scanner->open, opening);
  lexer->result_symbol = STRING_START;
  return true;
}

// Whether the quotes here end the string; then they are passed.
static bool closes(TSLexer *lexer, uint8_t opening) {
  int32_t quote = quote_of(opening);
  for (int i = 0; i < (opening & TRIPLE ? 3 : 1); i++) {
    if (lexer->lookahead != quote) {
      return false;
    }
    advance(lexer);
  }
  return true;
}

// Whether a `}}` follows before the string ends.
static bool has_end(TSLexer *lexer, uint8_t opening) {
  for (;;) {
    if (lexer->eof(lexer) || (lexer->lookahead == '\n' && !(opening & TRIPLE))) {
      return false;
    }
    if (lexer->lookahead == '}') {
      advance(lexer);
      if (lexer->lookahead == '}') {
        return true;
      }
      continue;
    }
    if (lexer->lookahead == quote_of(opening)) {
      if (closes(lexer, opening)) {
        return false;
      }
      continue;
    }
    if (lexer->lookahead == '\\' && !(opening & RAW)) {
      advance(lexer);
      if (lexer->eof(lexer)) {
        continue;
      }
    }
    advance(lexer);
  }
}

// A backslash with what it escapes. `\{{` and `\\{{` write the braces themselves.
static bool escape(TSLexer *lexer) {
  advance(lexer);
  int32_t kind = lexer->lookahead;
  if (kind == '\\') {
    advance(lexer);
  }
  if (lexer->lookahead == '{') {
    lexer->mark_end(lexer);
    advance(lexer);
    if (lexer->lookahead == '{') {
      advance(lexer);
      lexer->mark_end(lexer);
    }
  } else if (kind != '\\' && !lexer->eof(lexer) && kind != '\n') {
    advance(lexer);
    int most = kind == 'x' || kind == 'X' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    if (kind >= '0' && kind <= '3') {
      most = 2;
    }
    for (int i = 0; i < most && is_hex(lexer->lookahead); i++) {
      advance(lexer);
    }
    lexer->mark_end(lexer);
  } else {
    lexer->mark_end(lexer);
  }
  lexer->result_symbol = ESCAPE_SEQUENCE;
  return true;
}

// What comes next inside the innermost string.
static bool in_string(Scanner *scanner, TSLexer *lexer) {
  uint8_t opening = *array_back(&scanner->open);
  bool some = false;
  lexer->result_symbol = STRING_CHUNK;
  for (;;) {
    lexer->mark_end(lexer);
    if (lexer->eof(lexer) || (lexer->lookahead == '\n' && !(opening & TRIPLE))) {
      // A quote is missing. The parser is told nothing more, and goes on after the string.
      if (!some) {
        (void)array_pop(&scanner->open);
        lexer->result_symbol = STRING_END;
        return true;
      }
      return true;
    }
    if (lexer->lookahead == quote_of(opening)) {
      bool end = closes(lexer, opening);
      if (end && !some) {
        (void)array_pop(&scanner->open);
        lexer->mark_end(lexer);
        lexer->result_symbol = STRING_END;
        return true;
      }
      if (end) {
        return true;
      }
      some = true;
      continue;
    }
    if (lexer->lookahead == '\\' && opening & RAW) {
      // The braces behind it are text.
      advance(lexer);
      some = true;
      while (lexer->lookahead == '{') {
        advance(lexer);
      }
      continue;
    }
    if (lexer->lookahead == '\\') {
      return some ? true : escape(lexer);
    }
    if (lexer->lookahead == '{') {
      advance(lexer);
      if (lexer->lookahead == '{') {
        if (some) {
          return true;
        }
        // Without its end it is text, as far as these two braces; what follows is looked at anew.
        advance(lexer);
        lexer->mark_end(lexer);
        if (has_end(lexer, opening)) {
          lexer->result_symbol = INTERPOLATION_START;
        }
        return true;
      }
      some = true;
      continue;
    }
    advance(lexer);
    some = true;
  }
}

// Whether a value may start on this line, behind `return` or `fail`.
static bool same_line(TSLexer *lexer) {
  lexer->mark_end(lexer);
  if (lexer->lookahead == '.') {
    // A code's name goes on: `fail payment.invalid`.
    return false;
  }
  while (lexer->lookahead == ' ' || lexer->lookahead == '\t') {
    skip(lexer);
  }
  if (lexer->eof(lexer) || is_space(lexer->lookahead) || lexer->lookahead == '}' || lexer->lookahead == '/') {
    return false;
  }
  static const char *const CLAUSES[] = {"with", "when", "on_error", "compensate"};
  char word[12];
  unsigned length = 0;
  while (is_word(lexer->lookahead) && length < sizeof(word) - 1) {
    word[length++] = (char)lexer->lookahead;
    advance(lexer);
  }
  word[length] = 0;
  while (lexer->lookahead == ' ' || lexer->lookahead == '\t') {
    advance(lexer);
  }
  // A clause has something behind its word; what has not is a value of that name.
  bool alone = lexer->eof(lexer) || lexer->lookahead == '\n' || lexer->lookahead == '}' || lexer->lookahead == '.';
  for (unsigned i = 0; i < 4 && !alone; i++) {
    if (strcmp(word, CLAUSES[i]) == 0) {
      return false;
    }
  }
  lexer->result_symbol = SAME_LINE;
  return true;
}

bool tree_sitter_wf_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  Scanner *scanner = payload;
  if (valid[RECOVERING]) {
    // Everything is valid here, so nothing is known: a quote may open a string, and no more is guessed.
    while (is_space(lexer->lookahead)) {
      skip(lexer);
    }
    return string_start(scanner, lexer);
  }
  if (valid[STRING_CHUNK] && scanner->open.size > 0) {
    return in_string(scanner, lexer);
  }
  if (valid[SAME_LINE] && same_line(lexer)) {
    return true;
  }
  if (valid[STRING_START] && !valid[SAME_LINE]) {
    while (is_space(lexer->lookahead)) {
      skip(lexer);
    }
    return string_start(scanner, lexer);
  }
  return false;
}

void *tree_sitter_wf_external_scanner_create(void) {
  Scanner *scanner = ts_calloc(1, sizeof(Scanner));
  array_init(&scanner->open);
  return scanner;
}

void tree_sitter_wf_external_scanner_destroy(void *payload) {
  Scanner *scanner = payload;
  array_delete(&scanner->open);
  ts_free(scanner);
}

unsigned tree_sitter_wf_external_scanner_serialize(void *payload, char *buffer) {
  Scanner *scanner = payload;
  unsigned size = scanner->open.size;
  if (size > TREE_SITTER_SERIALIZATION_BUFFER_SIZE) {
    size = TREE_SITTER_SERIALIZATION_BUFFER_SIZE;
  }
  if (size > 0) {
    memcpy(buffer, scanner->open.contents, size);
  }
  return size;
}

void tree_sitter_wf_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  Scanner *scanner = payload;
  array_clear(&scanner->open);
  for (unsigned i = 0; i < length; i++) {
    array_push(&scanner->open, (uint8_t)buffer[i]);
  }
}
