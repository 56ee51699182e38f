"""What another text would bring into a plan: guessed, shown, and confirmed before it is written.

`proposal` names the parts of a guess; `borrowing` makes one from the model plan or another
plan; `reading` makes one from a .docx, with the help of `headings` (which section a heading
means) and `tables` (which rows are tasks or targets).
"""
