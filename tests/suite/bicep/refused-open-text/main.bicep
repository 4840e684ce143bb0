var a = '''
never closed
