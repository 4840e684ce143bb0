var nothing = 1
