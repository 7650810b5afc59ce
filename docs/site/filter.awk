# What Doxygen reads of a header: without what is nobody's business (namespace detail, specialisations of others' templates), and with a comment on
# the members that all transformations have, which are explained once, at GradientTransformation. Lines keep their numbers.

BEGIN {
  says["init"] = "The state before the first step."
  says["update"] = "The rescaled updates and the state after this step."
  says["update_in_place"] = "Rescales the updates and advances the state."
  says["prepare"] = "Advances the state by a step, and returns the step's constants."
  says["slots"] = "The trees of the state that are walked together with the updates."
  says["slot_count"] = "How many trees `slots` returns."
  says["apply"] = "The formula of one block of elements."
  says["apply_at"] = "The formula of one block of elements, with the place of the block."
  says["emit"] = "The formula of one block of elements, handed on to the next link."
  says["needs_params"] = "Whether `update` must be given the params."
  says["check_fits"] = "Throws StructureError where the state is not one of such params."
  says["asks_for"] = "Whether it asks for that extra argument, which minimize then supplies."
  says["elementwise"] = "Whether each element stands for itself."
  says["works_by_rows"] = "Whether it can step some rows of a table alone."
  says["takes_formula"] = "Whether the updates may come as a formula."
  says["saved_step"] = "What puts the state back if the step fails."
  says["harm"] = "What a step that fails may leave changed."
  says["step_in_place"] = "Steps the params themselves; see optim::step."
  for (name in says) says[name] = says[name] " See GradientTransformation."

  of_bijections["forward"] = "From free numbers to allowed ones."
  of_bijections["inverse"] = "From allowed numbers to free ones."
  of_bijections["log_det_jacobian"] = "ln of the absolute determinant of the derivative of `forward` at x."

  of_landscapes["operator()"] = "The height at x."
  of_landscapes["minima"] = "The minima that are known."
  of_landscapes["box"] = "The part of the plane that makes a good picture."
  of_landscapes["start"] = "A place to start from."

  anywhere["is_kernel"] = "Makes it a Kernel."
  anywhere["is_erased"] = "Whether its state hides behind an AnyState."
  anywhere["operator=="] = "Whether both are the same."
  anywhere["operator<<"] = "Prints it."
}

{ line[NR] = $0 }

# begins(i) : the line where the declaration of line i begins, with its template and requires clauses.
function begins(i) {
  while (line[i - 1] ~ /^ *(template|requires)/ || line[i - 1] ~ /^ *class [A-Z].*>$/) --i
  return i
}

# explain(i, texts) : a comment for the declaration of line i if it has none and its name has one in the texts.
function explain(i, texts, name, first) {
  if (line[i] !~ /^  / || line[i] ~ /^ *(\/\/|return|using|if|for|while|throw) / || line[i] ~ /^ *[a-z_:.]+\(/) return
  for (name in texts) {
    if (!match(line[i], "[ &]" escaped(name) "(\\(| =|;)")) continue
    first = begins(i)
    if (line[first - 1] ~ /^ *\/\// || line[i] ~ /\/\*\*|\/\/\/</) return
    line[first] = "/** " texts[name] " */ " line[first]
    return
  }
}
function escaped(name) {
  gsub(/[()]/, "[&]", name)
  return name
}

END {
  hidden = 0
  for (i = 1; i <= NR; ++i) {
    if (line[i] ~ /^namespace (grove::)?[a-z:]*detail \{/) hidden = 1
    if (line[i] ~ /^struct (fmt::formatter|grove::tree_rebind)<|^struct grove::.*detail::/) hidden = 2
    if (hidden) {
      if (hidden == 1 && line[i] ~ /^}  \/\/ namespace .*detail$/ || hidden == 2 && line[i] ~ /^};/) hidden = 0
      line[i] = ""
      if (line[i - 1] ~ /^template </) line[i - 1] = ""
      continue
    }
    sub(/^struct MinimizeResult : MinimizeResult<P> /, "struct MinimizeResult ", line[i])  # or Doxygen sees a circle
    explain(i, anywhere)
    if (FILENAME ~ /optim\//) explain(i, says)
    if (FILENAME ~ /bijection/) explain(i, of_bijections)
    if (FILENAME ~ /landscapes/) explain(i, of_landscapes)
  }
  for (i = 1; i <= NR; ++i) print line[i]
}
