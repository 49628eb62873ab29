#!/bin/sh
# tmpl_test.sh [TMPL]: what the template compiler refuses, and what it makes of the rest.
set -u
cd "$(dirname "$0")/.." || exit 2
dir=$(mktemp -d) && trap 'rm -rf "$dir"' EXIT
tmpl=${1:-$dir/tmpl}
[ -x "$tmpl" ] || ${CC:-cc} -std=c17 -D_POSIX_C_SOURCE=200809L -o "$tmpl" tools/tmpl.c || exit 1
status=0
say() { echo "$1 tmpl: $2" && [ "$1" = ok ] || status=1; }
make() { printf '{%%template t(Out *o)%%}\n%s\n{%%end%%}\n' "$1" >"$dir/t.html" && "$tmpl" "$dir/t.html" "$dir/t.h" t.html 2>"$dir/err"; }
refuses() { # NAME MARKUP WORDS-OF-THE-MESSAGE
    if make "$2"; then say 'not ok' "refuses $1 (it was accepted)"
    elif [ -e "$dir/t.h" ] || ! grep -q "^t.html:[0-9]*: .*$3" "$dir/err"; then say 'not ok' "refuses $1: $(cat "$dir/err")"
    else say ok "refuses $1"; fi
}
gives() { # NAME MARKUP C-TEXT
    if make "$2" && grep -qF -e "$3" "$dir/t.h"; then say ok "$1"; else say 'not ok' "$1: $(cat "$dir/err" "$dir/t.h")"; fi
}
refuses 'a value in a script' '<script>{{ x }}</script>' script
refuses 'script in the page' '<script>alert(1)</script>' policy
refuses 'a style element' '<style>b{}</style>' style
refuses 'a value in a style attribute' '<b style="color:{{ x }}">' style
refuses 'an event attribute' '<b onclick="f()">' event
refuses 'an event attribute in capitals' '<b OnClick="{{ x }}">' event
refuses 'hx-on' '<b hx-on:click="f()">' event
refuses 'a value without quotes' '<b class={{ x }}>' quotes
refuses 'a value after an unquoted beginning' '<b class=a{{ x }}>' quotes
refuses 'a value in a tag' '<b {{ x }}>' 'quoted attribute'
refuses 'a value as a tag name' '<{{ x }}>' lone
refuses 'a value in a closing tag' '</b{{ x }}>' 'quoted attribute'
refuses 'a value in srcdoc' '<iframe srcdoc="{{ x }}"></iframe>' 'no value'
refuses 'javascript: as an address' '<a href=" JavaScript:f()">' javascript
refuses 'an HTML comment' '<!-- {{ x }} -->' comment
refuses 'raw writing' '{{raw: x}}' 'no raw'
refuses 'path: in text' '{{path: x}}' address
refuses 'path: after a host' '<a href="//{{path: x}}">' before
refuses 'a block that opens a tag' '{% if (x) { %}<b {% } %}' 'another place'
refuses 'a block that leaves an attribute' '<b class="{% if (x) { %}"{% } %}>' 'another place'
refuses 'branches that end differently' '{% if (x) { %}a{% } else { %}<b {% } %}' 'another place'
refuses 'a block never closed' '{% if (x) { %}' 'not closed'
refuses 'a block without braces' '{% if (x) %}<b>' braces
refuses 'white space around =' '<b class ="{{ x }}">' 'name right before'
refuses 'an end inside a tag' '<b class="a"' 'ends inside'
refuses 'markup as words' '[[<b>]]' 'plain words'
refuses 'words without quotes' '<b title=[[a]]>' 'quoted'
refuses 'a mark never closed' '{{ x ' 'never closed'
gives 'a value in text' '<p>{{ x }}</p>' 'put(o, x);'
gives 'a value in an attribute' '<b title="{{ x }}">' 'put(o, x);'
gives 'a value in single quotes' "<b title='{{ x }}'>" 'put(o, x);'
gives 'a value in an address' '<a href="/v/{{ x }}">' 'put_url(o, x);'
gives 'a value in an address of htmx' '<a hx-get="/v/{{ x }}">' 'put_url(o, x);'
gives 'a value after an address is text again' '<a href="/v">{{ x }}</a>' 'put(o, x);'
gives 'an address made by code' '<a href="{{path: x}}">' 'put_path(o, x);'
gives 'an address made by code, in one branch' '<a href="{% if (a) { %}/x{% } else { %}{{path: x}}{% } %}">' 'put_path(o, x);'
gives 'words' '[[走访]]' 'out_tr(o, "走访");'
gives 'braces inside a value' '{{ ((Html){.s = "}}"}) }}' 'put(o, ((Html){.s = "}}"}));'
gives 'no trigraphs' 'what??!' '\?\?!'
gives 'a line of statements leaves no trace' '<ul>
  {% for (;;) { %}
  <li>
  {% } %}
</ul>' '"<li>\n", 5'
gives 'pre is kept' '<pre>a
   b</pre>' '"   b</pre>\n"'
gives 'lines of the template' '<p>

{{ x }}' '#line 4 "t.html"'
exit $status
