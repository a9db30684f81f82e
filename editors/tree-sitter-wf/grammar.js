/**
 * The text form of wfc's workflows (`*.wf`).
 *
 * It follows docs/language/grammar.md. What the language decides by a field's shape (a type, a word, a
 * duration) is decided here by the field's name where the signs differ (`returns`, `type`, blocks); words and
 * durations are read as expressions. Strings are templates everywhere: the scanner (src/scanner.c) knows where
 * they end, and which `{{` has its `}}`.
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

const PREC = {
  ternary: 1,
  or: 2,
  and: 3,
  relation: 4,
  add: 5,
  multiply: 6,
  unary: 7,
  member: 8,
};

/** Keywords of steps that may be names as well. */
const KINDS = [
  'agent', 'agent_message', 'bash', 'approval', 'tool', 'call', 'wait', 'set', 'switch', 'repeat', 'parallel', 'try',
];

const list = (item, comma) => seq(item, repeat(seq(comma, item)));

/** Items with commas between them, one more comma at the end allowed. */
const listed = item => optional(seq(list(item, ','), optional(',')));

/** Fields with or without commas between them. */
const fields = item => repeat(seq(item, optional(',')));

module.exports = grammar({
  name: 'wf',

  word: $ => $.identifier,

  extras: $ => [/[ \t\r\n\f]/, $.comment],

  externals: $ => [
    $._string_start,
    $._string_chunk,
    $.escape_sequence,
    $._interpolation_start,
    $._string_end,
    // Between `return` or `fail` and what belongs to it: there is more on the line.
    $._same_line,
    // Never in the grammar: valid only while the parser recovers from a fault.
    $._recovering,
  ],

  supertypes: $ => [$.expression, $.type, $.kind, $.declaration],

  inline: $ => [$._value, $._name],

  // `let x = tool` may go on with what is called, or be the value of `tool` with a step behind it.
  conflicts: $ => [
    [$.repeat_step, $.variable],
    [$.try_step, $.variable],
    [$.wait_step, $.variable],
    [$.parallel_step, $.variable],
    [$.switch_step, $.variable],
  ],

  rules: {
    source_file: $ => seq(optional($.edition), $.workflow),

    edition: $ => seq('wfc', $.integer),

    workflow: $ => seq(
      'workflow',
      optional(field('name', $.identifier)),
      optional(field('title', $.string)),
      '{',
      repeat(choice($.declaration, $.step)),
      '}',
    ),

    comment: _ => token(choice(
      seq('//', /[^\n]*/),
      seq('/*', /[^*]*\*+([^/*][^*]*\*+)*/, '/'),
    )),

    // What stands at the top.

    declaration: $ => choice(
      $.metadata,
      $.tools_declaration,
      $.type_declaration,
      $.returns_declaration,
      $.input_declaration,
      $.secret_declaration,
      $.env_declaration,
      $.variable_declaration,
      $.policy_declaration,
      $.allow_declaration,
      $.extension,
      $.trigger,
      $.handler,
    ),

    metadata: $ => seq(choice('description', 'version', 'slug'), $.string),

    tools_declaration: $ => seq('tools', list($.string, ',')),

    type_declaration: $ => seq('type', field('name', $.identifier), '=', field('type', $.type)),

    returns_declaration: $ => seq('returns', field('type', $.type)),

    input_declaration: $ => seq(
      'input',
      field('name', $.identifier),
      choice(
        seq(':', field('type', $.type), optional(seq('=', field('default', $._value)))),
        seq('=', field('default', $._value)),
      ),
      optional($.with_clause),
    ),

    secret_declaration: $ => seq('secret', list(field('name', $.identifier), ',')),

    env_declaration: $ => seq(
      'env',
      field('name', $.identifier),
      optional(seq(':', field('type', $.type))),
      optional(seq('=', field('default', $._value))),
    ),

    variable_declaration: $ => seq(
      'var',
      field('name', $._name),
      optional(seq(':', field('type', $.type))),
      '=',
      field('value', $._value),
    ),

    policy_declaration: $ => seq(choice('policy', 'constraints'), $.options),

    allow_declaration: $ => seq('allow', choice($.list, $.object)),

    extension: $ => seq(field('name', $.extension_name), field('value', $._value)),

    trigger: $ => prec.right(seq(
      'on',
      choice(
        'manual',
        seq('schedule', field('cron', $.string), optional(seq('in', field('timezone', $.string)))),
        seq('event', field('event', $.string)),
        seq(
          'webhook',
          field('path', $.string),
          optional(seq('verify', field('verify', $.identifier))),
          optional(seq('secret', field('secret', $.identifier))),
        ),
      ),
      optional($.when_clause),
      optional($.with_clause),
      optional(field('inputs', $.object)),
    )),

    handler: $ => seq('on', choice('failure', 'finally'), $.block),

    // Steps.

    step: $ => prec.right(seq(
      choice(
        field('kind', $.kind),
        seq('let', field('name', $._name), '=', choice(field('kind', $.kind), field('value', $._value))),
      ),
      repeat($._clause),
    )),

    block: $ => seq('{', repeat($.step), '}'),

    body: $ => seq('{', repeat($.step), optional($.collect), '}'),

    collect: $ => seq('collect', field('value', $._value)),

    kind: $ => choice(
      $.agent_step,
      $.agent_message_step,
      $.bash_step,
      $.approval_step,
      $.tool_step,
      $.call_step,
      $.wait_step,
      $.set_step,
      $.if_step,
      $.switch_step,
      $.for_step,
      $.while_step,
      $.repeat_step,
      $.parallel_step,
      $.try_step,
      $.return_step,
      $.fail_step,
      $.break_step,
      $.continue_step,
    ),

    _clause: $ => choice($.with_clause, $.when_clause, $.on_error_clause, $.compensate_clause),

    with_clause: $ => seq('with', $.options),

    when_clause: $ => seq('when', field('condition', $.expression)),

    on_error_clause: $ => seq('on_error', choice(field('action', $.word), $.block)),

    compensate_clause: $ => seq('compensate', $.block),

    word: _ => choice('fail', 'continue'),

    agent_step: $ => prec.right(seq('agent', $._main_text)),

    agent_message_step: $ => prec.right(seq('agent_message', $._main_text)),

    bash_step: $ => prec.right(seq('bash', $._main_text)),

    approval_step: $ => prec.right(seq('approval', $._main_text)),

    _main_text: $ => choice(seq(field('text', $.string), optional($.options)), $.options),

    tool_step: $ => prec.right(seq(
      'tool',
      field('tool', $._reference),
      optional(field('arguments', $.object)),
    )),

    call_step: $ => prec.right(seq(
      'call',
      field('workflow', $._reference),
      optional(field('inputs', $.object)),
    )),

    _reference: $ => choice($.path, $.string),

    path: $ => prec.right(list($.identifier, '.')),

    wait_step: $ => prec.right(seq(
      'wait',
      choice(
        seq('for', field('duration', $._value)),
        seq('until', field('until', $._value)),
        seq(
          'event',
          field('event', choice($.string, $.path)),
          optional(seq('key', field('key', $.expression))),
        ),
      ),
    )),

    set_step: $ => prec.right(seq(
      'set',
      choice(
        seq(
          field('name', $.identifier),
          optional(seq(':', field('type', $.type))),
          '=',
          field('value', $._value),
        ),
        field('values', $.object),
      ),
    )),

    if_step: $ => prec.right(seq(
      'if',
      field('condition', $.expression),
      optional($.with_clause),
      field('then', $.block),
      repeat($.else_if),
      optional($.else),
    )),

    else_if: $ => seq('else', 'if', field('condition', $.expression), optional($.with_clause), field('then', $.block)),

    else: $ => seq('else', $.block),

    switch_step: $ => prec.right(seq(
      'switch',
      field('on', $.expression),
      optional($.with_clause),
      '{',
      repeat($.case),
      optional($.default),
      '}',
    )),

    case: $ => seq('case', list(field('value', $._literal), ','), $.block),

    default: $ => seq('default', $.block),

    for_step: $ => prec.right(seq(
      'for',
      field('item', $.identifier),
      optional(seq('index', field('index', $.identifier))),
      'in',
      field('over', $.expression),
      optional(seq('parallel', field('max_concurrency', $.integer))),
      optional($.with_clause),
      field('body', $.body),
    )),

    while_step: $ => prec.right(seq(
      'while',
      field('condition', $.expression),
      optional(seq('max', field('max_iterations', $.integer))),
      optional($.with_clause),
      field('body', $.body),
    )),

    repeat_step: $ => prec.right(seq(
      'repeat',
      optional(seq('max', field('max_iterations', $.integer))),
      optional($.with_clause),
      field('body', $.body),
      'until',
      field('condition', $.expression),
    )),

    parallel_step: $ => prec.right(seq(
      'parallel',
      optional(seq(optional('max'), field('max_concurrency', $.integer))),
      optional($.with_clause),
      '{',
      repeat(choice($.branch, $.step)),
      '}',
    )),

    branch: $ => seq('branch', field('name', $._name), $.block),

    try_step: $ => prec.right(seq(
      'try',
      optional($.with_clause),
      $.block,
      optional($.catch),
      optional($.finally),
    )),

    catch: $ => seq('catch', optional(field('error', $.identifier)), $.block),

    finally: $ => seq('finally', $.block),

    return_step: $ => prec.right(seq(
      'return',
      optional(seq($._same_line, field('value', $._value))),
    )),

    fail_step: $ => prec.right(seq(
      'fail',
      optional(seq(
        $._same_line,
        choice(
          seq(field('code', $.path), optional(seq($._same_line, field('message', $.string)))),
          field('message', $.string),
        ),
      )),
    )),

    break_step: _ => 'break',

    continue_step: _ => 'continue',

    // Fields of steps.

    options: $ => seq('{', fields(choice($.option, $.type_option, $.block_option)), '}'),

    option: $ => seq(
      field('name', choice($.identifier, $.extension_name, $.string)),
      ':',
      field('value', $._value),
    ),

    type_option: $ => seq(field('name', choice('returns', 'type')), ':', field('type', $.type)),

    block_option: $ => seq(
      field('name', choice('on_error', 'compensate')),
      choice(seq(':', choice($.word, $.block)), $.block),
    ),

    // Types.

    type: $ => choice(
      $.union_type,
      $.nullable_type,
      $._type_atom,
    ),

    union_type: $ => prec.right(1, choice(
      seq('|', $.type),
      seq($.type, repeat1(prec.left(1, seq('|', $.type)))),
    )),

    nullable_type: $ => prec(2, seq($.type, '?')),

    _type_atom: $ => choice(
      $._literal,
      $.named_type,
      $.generic_type,
      $.parenthesized_type,
      $.record_type,
      $.schema_type,
    ),

    named_type: $ => $.identifier,

    generic_type: $ => seq(field('name', $.identifier), '<', list($.type, ','), '>'),

    parenthesized_type: $ => seq('(', $.type, ')'),

    record_type: $ => seq('{', fields($.field_type), '}'),

    field_type: $ => seq(field('name', $._name), optional('?'), ':', field('type', $.type)),

    schema_type: $ => seq('schema', $.object),

    // Values and expressions.

    _name: $ => choice($.identifier, $.string),

    _value: $ => $.expression,

    expression: $ => choice(
      $._literal,
      $.bytes,
      $.duration,
      $.variable,
      $.parenthesized_expression,
      $.list,
      $.object,
      $.member,
      $.index,
      $.call,
      $.unary_expression,
      $.binary_expression,
      $.ternary_expression,
    ),

    _literal: $ => choice(
      $.string,
      $.integer,
      $.float,
      $.negative,
      $.true,
      $.false,
      $.null,
    ),

    negative: $ => prec(PREC.unary + 1, seq('-', choice($.integer, $.float))),

    // Behind `let x =` a step's keyword may be the name of a value.
    variable: $ => prec.dynamic(-1, choice(
      $.identifier,
      alias(choice(...KINDS), $.identifier),
      seq('.', $.identifier),
    )),

    parenthesized_expression: $ => seq('(', $.expression, ')'),

    list: $ => seq('[', listed(seq(optional('?'), $.expression)), ']'),

    object: $ => seq('{', fields($.pair), '}'),

    pair: $ => seq(
      optional('?'),
      field('key', choice($.identifier, $.extension_name, $._literal, $.parenthesized_expression)),
      ':',
      field('value', $._value),
    ),

    member: $ => prec(PREC.member, seq(
      field('object', $.expression),
      choice('.', '.?'),
      field('member', choice($.identifier, $.quoted_identifier)),
    )),

    index: $ => prec(PREC.member, seq(
      field('object', $.expression),
      '[',
      optional('?'),
      field('index', $.expression),
      ']',
    )),

    call: $ => prec(PREC.member, seq(
      field('function', choice($.variable, $.member)),
      field('arguments', $.arguments),
    )),

    arguments: $ => seq('(', listed($.expression), ')'),

    unary_expression: $ => prec(PREC.unary, seq(field('operator', choice('!', '-')), $.expression)),

    binary_expression: $ => choice(
      ...[
        ['||', PREC.or],
        ['&&', PREC.and],
        ...['==', '!=', '<', '<=', '>', '>=', 'in'].map(sign => [sign, PREC.relation]),
        ['+', PREC.add],
        ['-', PREC.add],
        ['*', PREC.multiply],
        ['/', PREC.multiply],
        ['%', PREC.multiply],
      ].map(([sign, level]) => prec.left(level, seq(
        field('left', $.expression),
        field('operator', sign),
        field('right', $.expression),
      ))),
    ),

    ternary_expression: $ => prec.right(PREC.ternary, seq(
      field('condition', $.expression),
      '?',
      field('then', $.expression),
      ':',
      field('else', $.expression),
    )),

    // Tokens.

    string: $ => choice(
      seq($._string_start, optional($.string_content), $._string_end),
      // Within the template of a quoted string: `"{{ x.orValue(\"you\") }}"`.
      token(seq('\\"', /[^"\\\n]*/, '\\"')),
      token(seq('\\\'', /[^'\\\n]*/, '\\\'')),
    ),

    string_content: $ => repeat1(choice($._string_chunk, $.escape_sequence, $.interpolation)),

    interpolation: $ => seq(
      alias($._interpolation_start, '{{'),
      optional($.expression),
      '}}',
    ),

    bytes: _ => token(seq(
      choice(/[bB][rR]?/, /[rR][bB]/),
      choice(/"([^"\\\n]|\\.)*"/, /'([^'\\\n]|\\.)*'/),
    )),

    integer: _ => token(choice(/[0-9]+[uU]?/, /0[xX][0-9a-fA-F]+[uU]?/)),

    float: _ => token(choice(
      /[0-9]+\.[0-9]+([eE][+-]?[0-9]+)?/,
      /\.[0-9]+([eE][+-]?[0-9]+)?/,
      /[0-9]+[eE][+-]?[0-9]+/,
    )),

    duration: _ => token(/([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h|d))+/),

    true: _ => 'true',
    false: _ => 'false',
    null: _ => 'null',

    identifier: _ => /[A-Za-z_][A-Za-z0-9_]*/,

    quoted_identifier: _ => /`[A-Za-z0-9_.\/\- ]+`/,

    extension_name: _ => /x-[A-Za-z0-9_-]+/,
  },
});
