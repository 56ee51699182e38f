"""The administration's own paper: one content model (`paper`), written as PDF and as .docx."""
