/**
 * What the node types of each grammar mean to us, in the words of the grammar. Where one is named wrongly it never occurs, so
 * the tests find an example of each in code.
 */
import type { Grammar } from "./languages.ts";
import type { Kind } from "./outline.ts";
import type { SharedBy } from "./sharing.ts";

/** Node types are separated by spaces. */
export interface Rules {
  /** Definitions by kind. Their name is in the field `name`, `declarator` or `left`, or the first child. */
  readonly defs: Partial<Readonly<Record<Kind, string>>>;
  /** Definitions only where they have a body; a mention of the type otherwise. */
  readonly withBody?: string;
  /** What the left side of an assignment must be, for it to define. */
  readonly assigned?: string;
  /** What is assigned right in a class is reached through it only. */
  readonly assignsFields?: boolean;
  /** What is defined inside of them is nobody else's. */
  readonly local: string;
  /** Never inside of what is local: where one is, a brace is missing before it. */
  readonly outermost?: string;
  readonly names: string;
  /** Names after a dot. */
  readonly members?: string;
  /** All children but the first are names after a dot. */
  readonly memberUnder?: string;
  /** Names right below them are bound or mean nothing to other files. */
  readonly bindsChildren?: string;
  /** `type.field`: names in that field are bound. */
  readonly bindsField?: string;
  readonly comments: string;
  readonly sharedBy?: SharedBy;
  /** What may stand between a comment and what it is about. */
  readonly attributes?: string;
  /** The comment is the first string of the body. */
  readonly docstrings?: boolean;
}

const javascript: Rules = {
  defs: {
    function: "function_declaration generator_function_declaration assignment_expression",
    class: "class_declaration",
    method: "method_definition",
    field: "field_definition",
    const: "variable_declarator",
  },
  local:
    "function_declaration generator_function_declaration method_definition arrow_function function_expression generator_function class_static_block for_statement for_in_statement",
  sharedBy: "export",
  outermost: "export_statement",
  names: "identifier shorthand_property_identifier",
  members: "property_identifier",
  bindsChildren: "rest_pattern array_pattern formal_parameters shorthand_property_identifier_pattern",
  bindsField:
    "arrow_function.parameter catch_clause.parameter for_in_statement.left pair_pattern.value assignment_pattern.left",
  comments: "comment",
  attributes: "decorator",
};

const typescript: Rules = {
  ...javascript,
  defs: {
    function: `${javascript.defs.function} function_signature`,
    class: "class_declaration abstract_class_declaration",
    interface: "interface_declaration",
    type: "type_alias_declaration",
    enum: "enum_declaration",
    module: "internal_module",
    method: "method_definition method_signature abstract_method_signature",
    field: "public_field_definition property_signature enum_assignment",
    const: "variable_declarator",
  },
  local: `${javascript.local} function_signature`,
  names: "identifier type_identifier shorthand_property_identifier",
  bindsChildren: "rest_pattern array_pattern type_parameter",
  bindsField: `${javascript.bindsField} required_parameter.pattern optional_parameter.pattern object_pattern.name`,
};

const python: Rules = {
  defs: {
    function: "function_definition",
    class: "class_definition",
    const: "assignment",
    type: "type_alias_statement",
  },
  assigned: "identifier type",
  assignsFields: true,
  local: "function_definition lambda",
  names: "identifier",
  memberUnder: "attribute",
  bindsChildren:
    "parameters lambda_parameters typed_parameter list_splat_pattern dictionary_splat_pattern pattern_list tuple_pattern as_pattern_target",
  bindsField:
    "default_parameter.name typed_default_parameter.name for_statement.left for_in_clause.left named_expression.name keyword_argument.name",
  comments: "comment",
  attributes: "decorator",
  docstrings: true,
};

const go: Rules = {
  defs: {
    function: "function_declaration",
    method: "method_declaration method_elem method_spec",
    type: "type_spec type_alias",
    const: "const_spec var_spec",
    field: "field_declaration",
  },
  local: "function_declaration method_declaration func_literal",
  names: "identifier type_identifier",
  members: "field_identifier",
  bindsField:
    "parameter_declaration.name variadic_parameter_declaration.name short_var_declaration.left range_clause.left",
  comments: "comment",
};

const rust: Rules = {
  defs: {
    function: "function_item function_signature_item",
    struct: "struct_item union_item",
    enum: "enum_item",
    trait: "trait_item",
    type: "type_item associated_type",
    const: "const_item static_item",
    macro: "macro_definition",
    module: "mod_item",
    impl: "impl_item",
    field: "field_declaration enum_variant",
  },
  local: "function_item closure_expression",
  sharedBy: "pub",
  names: "identifier type_identifier",
  members: "field_identifier",
  bindsChildren: "closure_parameters type_parameter",
  bindsField: "parameter.pattern let_declaration.pattern for_expression.pattern let_condition.pattern",
  comments: "line_comment block_comment",
  attributes: "attribute_item",
};

const java: Rules = {
  defs: {
    class: "class_declaration record_declaration",
    interface: "interface_declaration annotation_type_declaration",
    enum: "enum_declaration",
    method: "method_declaration constructor_declaration",
    field: "variable_declarator enum_constant",
  },
  local: "method_declaration constructor_declaration lambda_expression static_initializer",
  names: "identifier type_identifier",
  memberUnder: "method_invocation field_access",
  bindsChildren: "type_parameter inferred_parameters package_declaration",
  bindsField:
    "formal_parameter.name catch_formal_parameter.name enhanced_for_statement.name lambda_expression.parameters",
  comments: "line_comment block_comment",
};

const cpp: Rules = {
  defs: {
    function: "function_definition declaration",
    method: "field_declaration",
    class: "class_specifier",
    struct: "struct_specifier union_specifier",
    enum: "enum_specifier",
    type: "type_definition alias_declaration concept_definition",
    macro: "preproc_def preproc_function_def",
    module: "namespace_definition",
    field: "enumerator",
  },
  withBody: "class_specifier struct_specifier union_specifier enum_specifier",
  local: "function_definition lambda_expression",
  sharedBy: "not static",
  names: "identifier type_identifier",
  members: "field_identifier",
  bindsChildren: "preproc_params type_parameter_declaration init_declarator",
  bindsField: "parameter_declaration.declarator optional_parameter_declaration.declarator for_range_loop.declarator",
  comments: "comment",
};

const cSharp: Rules = {
  defs: {
    class: "class_declaration record_declaration",
    struct: "struct_declaration",
    interface: "interface_declaration",
    enum: "enum_declaration",
    type: "delegate_declaration",
    method: "method_declaration constructor_declaration",
    field: "property_declaration variable_declarator enum_member_declaration",
    module: "namespace_declaration file_scoped_namespace_declaration",
  },
  local:
    "method_declaration constructor_declaration local_function_statement lambda_expression anonymous_method_expression accessor_declaration",
  names: "identifier",
  memberUnder: "member_access_expression",
  bindsChildren: "type_parameter",
  bindsField: "parameter.name foreach_statement.left catch_declaration.name local_function_statement.name",
  comments: "comment",
  attributes: "attribute_list",
};

const ruby: Rules = {
  defs: { class: "class", module: "module", method: "method singleton_method", const: "assignment" },
  assigned: "constant",
  local: "method singleton_method",
  names: "identifier constant",
  memberUnder: "call",
  bindsChildren:
    "method_parameters block_parameters splat_parameter hash_splat_parameter block_parameter left_assignment_list",
  bindsField: "optional_parameter.name keyword_parameter.name",
  comments: "comment",
};

const php: Rules = {
  defs: {
    function: "function_definition",
    class: "class_declaration",
    interface: "interface_declaration",
    trait: "trait_declaration",
    enum: "enum_declaration",
    method: "method_declaration",
    const: "const_element",
    field: "property_element enum_case",
    module: "namespace_definition",
  },
  local: "function_definition method_declaration anonymous_function arrow_function",
  names: "name",
  memberUnder: "member_call_expression member_access_expression scoped_call_expression",
  bindsChildren: "variable_name",
  comments: "comment",
  attributes: "attribute_list",
};

const bash: Rules = {
  defs: { function: "function_definition", const: "variable_assignment" },
  local: "function_definition",
  names: "command_name variable_name",
  comments: "comment",
};

export const rulesOf: Readonly<Record<Grammar, Rules>> = {
  typescript,
  tsx: typescript,
  javascript,
  python,
  go,
  rust,
  java,
  cpp,
  "c-sharp": cSharp,
  ruby,
  php,
  bash,
};
