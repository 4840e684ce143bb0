param first string
