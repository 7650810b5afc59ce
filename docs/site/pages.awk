# What Doxygen reads of a page: links to what is no part of the site become words.
{
  while (match($0, /\[[^]]*\]\((\.\.\/)*(packaging|LICENSE|\.\.\/shared)[^)]*\)/)) {
    link = substr($0, RSTART, RLENGTH)
    words = link
    sub(/^\[/, "", words)
    sub(/\]\(.*/, "", words)
    $0 = substr($0, 1, RSTART - 1) words substr($0, RSTART + RLENGTH)
  }
  print
}
