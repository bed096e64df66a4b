module cobrowse/probe

go 1.26.0
