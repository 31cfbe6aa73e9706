# List the functions that headers declare, or define inline, as
#
#   FILE:LINE<tab>NAME<tab>COLLECTIVE
#
# COLLECTIVE is "yes" or "no" as the comment directly before the function says
# under "Collective:", else empty.  A comment holds for one function; blank lines
# end it, lines of the preprocessor do not.  Types of functions, pointers to
# them, and functions without a prototype of their own are left out.
FNR == 1 { comment = text = ""; in_comment = depth = skip = 0 }

# Directives, with their continuation lines
!in_comment && (skip || /^[ \t]*#/) { skip = /\\$/; next }

!in_comment && /^[ \t]*$/ {
	if (text == "")
		comment = ""
	next
}

{
	rest = $0
	while (rest != "") {
		at = index(rest, in_comment ? "*/" : "/*")
		part = at ? substr(rest, 1, at - 1) : rest
		rest = at ? substr(rest, at + 2) : ""
		if (in_comment) {
			if (text == "")
				comment = comment " " part
		} else {
			code(part)
			if (at && text == "")
				comment = ""
		}
		if (at)
			in_comment = !in_comment
	}
	if (text != "")
		text = text " "
}

function code(part,    i, c) {
	for (i = 1; i <= length(part); i++) {
		c = substr(part, i, 1)
		if (c == "{" && depth++ == 0) {
			body = text ~ /\)[ \t]*$/ # of a function
			continue
		}
		if (c == "}" && --depth == 0 && body) {
			list()
			continue
		}
		if (depth > 0)
			continue
		if (c == ";")
			list()
		else if (text != "" || c !~ /[ \t]/) {
			if (text == "")
				line = FNR
			text = text c
		}
	}
}

# The end of a declaration
function list(    name, says) {
	if (text !~ /^(typedef|_Static_assert|extern "C")/ &&
	    (text !~ /(^| )static /  || text ~ /(^| )inline /) &&
	    match(text, /[A-Za-z_][A-Za-z0-9_]*\(/) &&
	    !(index(text, "(*") && index(text, "(*") < RSTART)) {
		name = substr(text, RSTART, RLENGTH - 1)
		if (match(comment, /Collective:[ *]*(yes|no)/))
			says = substr(comment, RSTART, RLENGTH) ~ /yes$/ ? "yes" : "no"
		print FILENAME ":" line "\t" name "\t" says
	}
	text = comment = ""
}
